import ConfigurationFiles
package import RemoteShell

extension Script {
    /// Shell functions that write an object at a path, whatever is there now. Every kind that writes files uses them.
    ///
    /// - `make_folder PATH` makes PATH and its parents directories.
    /// - `make_room PATH` makes every parent of PATH a directory, and PATH something that a rename can replace.
    ///   Whatever is in the way is renamed, never deleted, unless it is an empty directory.
    /// - `replace MODE OWNER PATH [PROGRAM ARGUMENT…]` writes standard input to a new file beside PATH and renames it.
    ///   So no reader sees an incomplete file, and no other user can read a secret. The program, in which `%s` stands for
    ///   the new file, must succeed first.
    /// - `set_aside PATH` renames PATH. The three newest copies are kept.
    ///
    /// Each function runs in a subshell, so that it changes no variable of its caller.
    package static let replacement: Script = """
        set_aside() (
            old=$1.mxprovision-old.$(date -u +%Y%m%dT%H%M%S%NZ)
            mv -T -- "$1" "$old"
            echo "$1 was in the way; renamed to $old" >&2
            ls -dt -- "$1".mxprovision-old.* | tail -n +4 | while IFS= read -r oldest; do rm -rf -- "$oldest"; done
        )
        make_folder() (
            [ ! -d "$1" ] || exit 0
            above=$1
            while [ ! -e "$above" ] && [ ! -L "$above" ] && [ -n "$above" ]; do above=${above%/*}; done
            [ -d "${above:-/}" ] || set_aside "$above"
            mkdir -p -- "$1"
        )
        make_room() (
            parent=${1%/*}
            make_folder "${parent:-/}"
            if [ -d "$1" ] && [ ! -L "$1" ]; then rmdir -- "$1" 2>/dev/null || set_aside "$1"; fi
        )
        replace() (
            mode=$1 owner=$2 path=$3
            shift 3
            make_room "$path"
            new=$(mktemp "$path.XXXXXX")
            for word; do
                [ "$word" != %s ] || word=$new
                set -- "$@" "$word"
                shift
            done
            if cat >"$new" && chown -- "$owner" "$new" && chmod "$mode" "$new"; then
                if [ $# = 0 ] || timeout 60 "$@" >&2; then
                    if mv -T -- "$new" "$path"; then exit 0; fi
                else
                    echo "the new content of $path is invalid; the file was not changed" >&2
                fi
            fi
            rm -f -- "$new"
            exit 1
        )

        """
}

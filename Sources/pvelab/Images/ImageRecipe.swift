/// The shell scripts that build everything the lab's guests consist of. Their text is also the key of the cache.
///
/// `mmdebstrap` installs Debian from its archive, so an Ubuntu host works, too. The scripts run in their own mount
/// namespace with `$1`, the folder to fill, so their mounts are removed however they end.
enum ImageRecipe {
    /// The packages that a guest may install. The local repositories contain these with their dependencies, and the
    /// packages of the templates, for a guest that reinstalls them or upgrades to the next release.
    static let packages = [
        "postfix", "postfix-lmdb", "postfix-pcre", "ufw", "iptables", "nftables", "cron", "logrotate", "rsyslog",
        "openssl", "ca-certificates", "curl", "bsd-mailx", "fail2ban", "swaks", "dnsutils",
        "certbot", "python3-certbot-dns-rfc2136", "python3-apt", "libsasl2-modules", "sasl2-bin", "unattended-upgrades",
        "needrestart", "nsd",
    ]

    /// A release of Debian, by its code name.
    private struct Release {
        var name: String
        /// The folder of a template with nothing but ssh.
        var template: String
        var packages = ImageRecipe.packages
    }

    private static let debian12 = Release(
        name: "bookworm", template: "base", packages: packages + postfixAdminPackages)
    private static let debian13 = Release(name: "trixie", template: "trixie")

    static let stages: [(title: String, script: String)] = [
        (
            "Debian 12 and 13, and the packages that guests may ask for",
            "(\(bootstrap(debian12))\n) & first=$!\n(\(bootstrap(debian13))\n) & second=$!\nwait $first\nwait $second"
        ),
        ("the package repositories", repositories),
        ("the base templates", "mkdir \"$1/keys\"\n" + adminKey + template(debian12) + template(debian13)),
        ("Debian 12 as Proxmox ships it", install(debian12) + proxmoxTemplate(from: debian12, "proxmox")),
        ("Debian 13 as Proxmox ships it", install(debian13) + proxmoxTemplate(from: debian13, "proxmox-13")),
        ("the primary mail server", primary),
        ("the relay elsewhere", relay),
    ]

    private static func bootstrap(_ release: Release) -> String {
        #"""
        mirror=${PVELAB_MIRROR:-http://deb.debian.org/debian}
        security=${PVELAB_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
        signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
        eval "$(apt-config shell proxy Acquire::http::Proxy)"
        mkdir -p "$1/packages/RELEASE"
        mmdebstrap --quiet --mode=root --variant=minbase \
            --include=systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,iputils-ping,ifupdown,netbase,ca-certificates,procps \
            --aptopt='Acquire::Languages "none"' ${proxy:+--aptopt="Acquire::http::Proxy \"$proxy\""} \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='force-unsafe-io' \
            --customize-hook='chroot "$1" apt-get --quiet --yes --download-only install PACKAGES' \
            --customize-hook='chroot "$1" dpkg --get-selections | cut -f 1 | xargs chroot "$1" apt-get --quiet --yes --download-only --reinstall install' \
            --customize-hook="cp \"\$1\"/var/cache/apt/archives/*.deb '$1/packages/RELEASE/'" \
            RELEASE "$1/TEMPLATE" \
            "deb $signed $mirror RELEASE main" "deb $signed $mirror RELEASE-updates main" \
            "deb $signed $security RELEASE-security main"
        """#.replacing("PACKAGES", with: release.packages.joined(separator: " "))
            .replacing("RELEASE", with: release.name).replacing("TEMPLATE", with: release.template)
    }

    private static let repositories = #"""
        for folder in "$1"/packages/*; do
            cd "$folder"
            apt-ftparchive packages . > Packages
            apt-ftparchive release . > Release.new
            mv Release.new Release
        done
        """#

    private static let adminKey = #"""
        ssh-keygen -q -t ed25519 -N '' -C admin@pvelab -f "$1/keys/admin"

        """#

    /// Builds a bare template, as a user would make one: ssh, sudo, an administrator with a key; no mail, no cron, no
    /// firewall.
    private static func template(_ release: Release) -> String {
        #"""
        root="$1/TEMPLATE"
        chroot "$root" useradd --create-home --shell /bin/bash --groups sudo admin
        for home in root home/admin; do
            install -d -m 700 "$root/$home/.ssh"
            install -m 600 "$1/keys/admin.pub" "$root/$home/.ssh/authorized_keys"
        done
        chroot "$root" chown -R admin: /home/admin/.ssh
        printf 'admin ALL=(ALL:ALL) NOPASSWD: ALL\n' > "$root/etc/sudoers.d/admin"
        chmod 440 "$root/etc/sudoers.d/admin"
        rm -rf "$root"/etc/apt/sources.list.d/* "$root"/var/lib/apt/lists/* "$root/etc/apt/apt.conf.d/99mmdebstrap"
        mkdir -p "$root/var/lib/apt/lists/partial"
        echo 'deb [trusted=yes] http://10.2.0.1:8080/RELEASE/ ./' > "$root/etc/apt/sources.list"
        echo base-template > "$root/etc/hostname"
        printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tbase-template\n' > "$root/etc/hosts"
        printf 'auto lo\niface lo inet loopback\n\nsource /etc/network/interfaces.d/*\n' > "$root/etc/network/interfaces"
        echo 00000000000000000000000000000100 > "$root/etc/machine-id"
        ln -sf /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
        rm -f "$root"/etc/ssh/ssh_host_*
        # All templates have the same keys, so that one known host stands for them.
        if [ -e "$1/keys/ssh_host_ed25519_key" ]; then cp -p "$1"/keys/ssh_host_* "$root/etc/ssh/"; else
            chroot "$root" ssh-keygen -A
            cp -p "$root"/etc/ssh/ssh_host_* "$1/keys/"
            cp "$root/etc/ssh/ssh_host_ed25519_key.pub" "$1/keys/template.pub"
        fi

        """#.replacing("RELEASE", with: release.name).replacing("TEMPLATE", with: release.template)
    }

    private static func install(_ release: Release) -> String {
        #"""
        install_packages() {
            echo 'deb [trusted=yes] file:/packages ./' > "$root/etc/apt/sources.list.new"
            mv "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.old"
            mv "$root/etc/apt/sources.list.new" "$root/etc/apt/sources.list"
            mkdir "$root/packages"
            mount --bind "$build/packages/RELEASE" "$root/packages"
            mount -t proc proc "$root/proc"
            printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
            chmod 755 "$root/usr/sbin/policy-rc.d"
            DEBIAN_FRONTEND=noninteractive chroot "$root" sh -ec '
                apt-get -qq update
                echo "postfix postfix/main_mailer_type select Local only" | debconf-set-selections
                apt-get -qq --yes --no-install-recommends install "$@"' sh "$@" > /dev/null
            umount "$root/proc" "$root/packages"
            rmdir "$root/packages"
            mv "$root/etc/apt/sources.list.old" "$root/etc/apt/sources.list"
            rm -rf "$root/usr/sbin/policy-rc.d" "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
            mkdir -p "$root/var/lib/apt/lists/partial"
        }

        """#.replacing("RELEASE", with: release.name)
    }

    /// Builds a template with a Postfix that listens only on the loopback interface, as Proxmox's own Debian templates
    /// have it.
    private static func proxmoxTemplate(from release: Release, _ folder: String) -> String {
        #"""
        build=$1 root="$1/FOLDER"
        cp -a "$1/TEMPLATE" "$root"
        install_packages postfix cron
        chroot "$root" postconf -e compatibility_level=2 inet_interfaces=loopback-only 'mynetworks=127.0.0.0/8' \
            'mydestination=$myhostname, localhost.$mydomain, localhost'
        rm -f "$root/etc/mailname"
        chroot "$root" postconf -X myhostname myorigin default_transport relay_transport smtpd_tls_cert_file \
            smtpd_tls_key_file smtpd_tls_security_level smtp_tls_CApath smtp_tls_security_level \
            smtp_tls_session_cache_database
        """#.replacing("FOLDER", with: folder).replacing("TEMPLATE", with: release.template)
    }

    /// Builds the relay. It accepts mail over TLS from clients that know the password in a file read at its start, and
    /// has one mailbox.
    private static let relay =
        install(debian12) + #"""
            build=$1 root="$1/relay"
            cp -a "$1/base" "$root"
            install_packages postfix libsasl2-modules sasl2-bin
            chroot "$root" useradd --create-home --shell /bin/sh ops
            chroot "$root" postconf -X default_transport relay_transport smtpd_tls_cert_file smtpd_tls_key_file
            chroot "$root" postconf -e compatibility_level=3.6 myhostname=smtp.elsewhere.example \
                mydestination=elsewhere.example inet_interfaces=all home_mailbox=Maildir/ \
                alias_maps= alias_database= mynetworks=127.0.0.0/8 smtpd_tls_chain_files=/etc/postfix/chain.pem \
                smtpd_tls_auth_only=yes smtpd_sasl_local_domain=elsewhere.example
            for service in submission:encrypt:no submissions:encrypt:yes; do
                name=${service%%:*} wrapped=${service##*:}
                chroot "$root" postconf -M "$name/inet=$name inet n - n - - smtpd"
                chroot "$root" postconf -P "$name/inet/smtpd_tls_security_level=encrypt" \
                    "$name/inet/smtpd_tls_wrappermode=$wrapped" "$name/inet/smtpd_sasl_auth_enable=yes" \
                    "$name/inet/smtpd_recipient_restrictions=permit_sasl_authenticated,reject"
            done
            mkdir -p "$root/etc/postfix/sasl"
            printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n' > "$root/etc/postfix/sasl/smtpd.conf"
            chroot "$root" adduser --quiet postfix sasl
            mkdir -p "$root/etc/systemd/system/postfix@-.service.d"
            printf '[Service]\nExecStartPre=/bin/sh -c "saslpasswd2 -p -c -u elsewhere.example mx < /etc/postfix/password"\n' \
                > "$root/etc/systemd/system/postfix@-.service.d/password.conf"
            """#

    /// Builds the primary. It accepts mail for three mailboxes of the domain and rejects all other recipients.
    private static let primary =
        install(debian12) + #"""
            build=$1 root="$1/primary"
            cp -a "$1/base" "$root"
            install_packages postfix
            for user in you postmaster; do chroot "$root" useradd --create-home --shell /bin/sh "$user"; done
            printf 'you you\nadmin admin\npostmaster postmaster\n' > "$root/etc/postfix/mailboxes"
            chroot "$root" postconf -X default_transport relay_transport
            chroot "$root" postconf -e compatibility_level=3.6 myhostname=mail.yourdomain.net mydomain=yourdomain.net \
                'myorigin=$mydomain' 'mydestination=$mydomain, $myhostname, localhost' inet_interfaces=all \
                local_recipient_maps=texthash:/etc/postfix/mailboxes alias_maps= alias_database= \
                home_mailbox=Maildir/ recipient_delimiter=+ 'mynetworks=127.0.0.0/8 [::1]/128'

            """# + postfixAdmin
}

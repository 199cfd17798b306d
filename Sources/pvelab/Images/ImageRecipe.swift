/// The shell scripts that make everything the lab's guests consist of; their text is also the cache's key.
///
/// Debian 12 comes out of its archive by `mmdebstrap`, so an Ubuntu host will do too. They run in a mount namespace of
/// their own with `$1`, the folder to fill; whatever they mounted is gone when they end, however they end.
enum ImageRecipe {
    /// What a guest may install; the local repository has these and all that they need.
    static let packages = [
        "postfix", "postfix-lmdb", "postfix-pcre", "ufw", "iptables", "nftables", "cron", "logrotate", "rsyslog",
        "openssl", "ca-certificates", "curl", "bsd-mailx", "fail2ban", "swaks", "dnsutils",
        "certbot", "python3-certbot-dns-rfc2136", "python3-apt", "libsasl2-modules", "sasl2-bin",
    ]

    static let stages: [(title: String, script: String)] = [
        ("Debian 12 and the packages that guests may ask for", debian),
        ("the package repository", repository),
        ("the base template", baseTemplate),
        ("a container as Proxmox ships it", proxmoxTemplate),
        ("the primary mail server", primary),
        ("the relay elsewhere", relay),
    ]

    private static let debian = #"""
        mirror=${PVELAB_MIRROR:-http://deb.debian.org/debian}
        security=${PVELAB_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
        signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
        eval "$(apt-config shell proxy Acquire::http::Proxy)"
        mkdir -p "$1/packages"
        mmdebstrap --quiet --mode=root --variant=minbase \
            --include=systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,iputils-ping,ifupdown,netbase,ca-certificates,procps \
            --aptopt='Acquire::Languages "none"' ${proxy:+--aptopt="Acquire::http::Proxy \"$proxy\""} \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='force-unsafe-io' \
            --customize-hook='rm -f "$1"/var/cache/apt/archives/*.deb' \
            --customize-hook='chroot "$1" apt-get --quiet --yes --download-only install PACKAGES' \
            --customize-hook='chroot "$1" apt-get --quiet --yes --download-only --reinstall install iputils-ping ca-certificates openssh-client' \
            --customize-hook="cp \"\$1\"/var/cache/apt/archives/*.deb '$1/packages/'" \
            bookworm "$1/base" \
            "deb $signed $mirror bookworm main" "deb $signed $mirror bookworm-updates main" \
            "deb $signed $security bookworm-security main"
        """#.replacing("PACKAGES", with: (packages + postfixAdminPackages).joined(separator: " "))

    private static let repository = #"""
        cd "$1/packages"
        apt-ftparchive packages . > Packages
        apt-ftparchive release . > Release.new
        mv Release.new Release
        """#

    /// Bare, as somebody's own template: ssh, sudo, an administrator with a key; no mail, no cron, no firewall.
    private static let baseTemplate = #"""
        root="$1/base"
        mkdir -p "$1/keys"
        ssh-keygen -q -t ed25519 -N '' -C admin@pvelab -f "$1/keys/admin"
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
        echo 'deb [trusted=yes] http://10.2.0.1:8080/ ./' > "$root/etc/apt/sources.list"
        echo base-template > "$root/etc/hostname"
        printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tbase-template\n' > "$root/etc/hosts"
        printf 'auto lo\niface lo inet loopback\n\nsource /etc/network/interfaces.d/*\n' > "$root/etc/network/interfaces"
        echo 00000000000000000000000000000100 > "$root/etc/machine-id"
        ln -sf /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
        rm -f "$root"/etc/ssh/ssh_host_*
        chroot "$root" ssh-keygen -A
        cp "$root/etc/ssh/ssh_host_ed25519_key.pub" "$1/keys/template.pub"
        """#

    private static let install = #"""
        install_packages() {
            echo 'deb [trusted=yes] file:/packages ./' > "$root/etc/apt/sources.list.new"
            mv "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.old"
            mv "$root/etc/apt/sources.list.new" "$root/etc/apt/sources.list"
            mkdir "$root/packages"
            mount --bind "$build/packages" "$root/packages"
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

        """#

    /// With a Postfix that listens on the loopback only, as Proxmox's own Debian templates have it.
    private static let proxmoxTemplate =
        install + #"""
            build=$1 root="$1/proxmox"
            cp -a "$1/base" "$root"
            install_packages postfix cron
            chroot "$root" postconf -e compatibility_level=2 inet_interfaces=loopback-only 'mynetworks=127.0.0.0/8' \
                'mydestination=$myhostname, localhost.$mydomain, localhost'
            rm -f "$root/etc/mailname"
            chroot "$root" postconf -X myhostname myorigin default_transport relay_transport smtpd_tls_cert_file \
                smtpd_tls_key_file smtpd_tls_security_level smtp_tls_CApath smtp_tls_security_level \
                smtp_tls_session_cache_database
            """#

    /// Takes mail over TLS from those who know the password that stands in a file at its start, and has one mailbox.
    private static let relay =
        install + #"""
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

    /// Takes mail for three mailboxes of the domain and refuses all others.
    private static let primary =
        install + #"""
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

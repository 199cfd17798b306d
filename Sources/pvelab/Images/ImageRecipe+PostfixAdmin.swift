extension ImageRecipe {
    /// The primary's packages besides Postfix: PostfixAdmin and both database servers that it supports.
    static let postfixAdminPackages = [
        "postgresql", "mariadb-server", "postfixadmin", "php-cli", "php-cgi", "php-pgsql", "php-mysql", "lighttpd",
    ]

    /// Sets up PostfixAdmin. Its upgrade script creates the tables in PostgreSQL and MariaDB, and its command line adds
    /// the same mailboxes to both. `POSTFIXADMIN_DATABASE` selects the database of a command.
    ///
    /// Two accounts may read each database: `mxprovision` over the local socket, and `reader` with a password in a file
    /// of the database's own format.
    static let postfixAdmin = #"""
        install_packages PACKAGES
        mount -t proc proc "$root/proc"
        mount --bind /dev "$root/dev"
        cat > "$root/etc/postfixadmin/config.local.php" <<'PHP'
        <?php
        $CONF['configured'] = true;
        $CONF['database_type'] = getenv('POSTFIXADMIN_DATABASE') === 'mariadb' ? 'mysqli' : 'pgsql';
        $CONF['database_host'] = 'localhost';
        $CONF['database_user'] = 'postfixadmin';
        $CONF['database_password'] = 'SECRET';
        $CONF['database_name'] = 'postfix';
        $CONF['encrypt'] = 'php_crypt:BLOWFISH';
        $CONF['emailcheck_resolve_domain'] = 'NO';
        $CONF['password_validation'] = [];
        $CONF['default_aliases'] = [];
        PHP
        secret=$(openssl rand -hex 16)
        sed -i "s/SECRET/$secret/" "$root/etc/postfixadmin/config.local.php"
        chroot "$root" sh -euc '
            secret=$1
            install -d -o postgres -g postgres /run/postgresql
            install -d -o mysql -g mysql /run/mysqld
            su postgres -s /bin/sh -c "pg_ctlcluster 15 main start"
            mariadbd-safe --user=mysql > /dev/null 2>&1 &
            end() { mariadb-admin shutdown; su postgres -s /bin/sh -c "pg_ctlcluster 15 main stop"; wait; }
            trap end EXIT
            tries=300
            until mariadb-admin --silent ping 2> /dev/null; do
                tries=$((tries - 1))
                [ "$tries" -gt 0 ] || exit 1
                sleep 0.1
            done
            su postgres -s /bin/sh -c "psql -q -v ON_ERROR_STOP=1" <<SQL
        CREATE ROLE postfixadmin LOGIN PASSWORD '\''$secret'\'';
        CREATE ROLE mxprovision LOGIN;
        CREATE ROLE reader LOGIN PASSWORD '\''$secret'\'';
        CREATE DATABASE postfix OWNER postfixadmin ENCODING UTF8 TEMPLATE template0;
        SQL
            mariadb <<SQL
        CREATE DATABASE postfix CHARACTER SET utf8mb4;
        CREATE USER postfixadmin@localhost IDENTIFIED BY '\''$secret'\'';
        CREATE USER mxprovision@localhost IDENTIFIED VIA unix_socket;
        CREATE USER reader@localhost IDENTIFIED BY '\''$secret'\'';
        GRANT ALL ON postfix.* TO postfixadmin@localhost;
        GRANT SELECT ON postfix.* TO mxprovision@localhost, reader@localhost;
        SQL
            cd /usr/share/postfixadmin
            for database in postgresql mariadb; do
                export POSTFIXADMIN_DATABASE=$database
                (cd public && php upgrade.php) > /tmp/upgrade 2>&1
                php scripts/postfixadmin-cli.php domain add yourdomain.net
                for user in you admin postmaster; do
                    php scripts/postfixadmin-cli.php mailbox add "$user@yourdomain.net" \
                        --password "$secret" --password2 "$secret" --welcome-mail 0
                done
            done
            su postgres -s /bin/sh -c "psql -q -v ON_ERROR_STOP=1 postfix" <<SQL
        GRANT SELECT ON mailbox, alias, alias_domain, domain TO mxprovision, reader;
        SQL
            mkdir -p /etc/mxprovision
            umask 077
            printf "[mxprovision]\nhost=127.0.0.1\ndbname=postfix\nuser=reader\npassword=%s\n" "$secret" > /etc/mxprovision/postgresql
            printf "[client]\nuser=reader\npassword=%s\n" "$secret" > /etc/mxprovision/mariadb
            ' sh "$secret"
        umount "$root/proc" "$root/dev"
        chroot "$root" systemctl --quiet disable lighttpd
        rm -f "$root"/etc/ssh/ssh_host_* "$root/tmp/upgrade"
        chroot "$root" ssh-keygen -A > /dev/null
        """#.replacing("PACKAGES", with: postfixAdminPackages.joined(separator: " "))
}

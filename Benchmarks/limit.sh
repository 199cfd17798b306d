# The limit: every check of the playbook, written for speed only. It runs over one ssh connection and prints the state; the
# caller compares this with the output of a converged guest.
export LC_ALL=C
cd /etc/postfix || exit
hostname; hostname -f
dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' \
    postfix ufw iptables openssl ca-certificates openssh-client iputils-ping
grep -h -e '^ENABLED=' -e '^DEFAULT_INPUT_POLICY=' -e '^IPV6=' -e '^### tuple ### allow' \
    /etc/ufw/ufw.conf /etc/default/ufw /etc/ufw/user.rules /etc/ufw/user6.rules
iptables -S ufw-user-input
ip6tables -S ufw6-user-input
# Without its map, postmap fails, which takes Postfix's programs a second.
[ ! -e transport.db ] || postmap -s hash:transport
[ ! -e relay_recipients.db ] || postmap -s hash:relay_recipients
openssl x509 -in tls/chain.pem -noout -subject_hash -issuer_hash -enddate -pubkey -checkhost "$(hostname -f)"
openssl pkey -in tls/chain.pem -pubout
postconf -n
postconf -P
systemctl show -p LoadState,UnitFileState,ActiveState,Restart postfix postfix@- cron
cmp /etc/resolv.conf /var/spool/postfix/etc/resolv.conf && echo resolver
stat -c '%a %U:%G %n' tls/chain.pem /usr/local/sbin/primary-state /etc/mxprovision/monitor.conf \
    /etc/mxprovision/alert /usr/local/lib/mxprovision/monitor /etc/cron.d/mxprovision-monitor
sha256sum transport relay_recipients virtual /usr/local/sbin/primary-state /etc/mxprovision/monitor.conf \
    /usr/local/lib/mxprovision/monitor /etc/cron.d/mxprovision-monitor
ls /etc/mxprovision/alert
ls -d /etc/mxprovision/recipients /etc/cron.hourly/check-mail-queue "/etc/letsencrypt/renewal/$(hostname -f).conf" 2>/dev/null || :

# The limit's repair, after limit.sh in the same connection: repairs the two drifted objects, reloads Postfix, and checks
# both again.
[ "$(postconf -h relay_domains)" = yourdomain.net ] || {
    postconf -e relay_domains=yourdomain.net
    touch -d '3 seconds ago' main.cf
    changed=yes
}
[ -e relay_recipients.db ] || postmap hash:relay_recipients
[ -z "$changed" ] || systemctl reload postfix@-
postconf -h relay_domains
postmap -s hash:relay_recipients

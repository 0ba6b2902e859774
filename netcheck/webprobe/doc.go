// Package webprobe finds out what stands between this computer and the web: an HTTP proxy, somebody who reads along in TLS, a
// log-in page of the network, and a clock that is wrong. Each probe makes one [netcheck.NetResult].
//
// It owns what is asked for that, what the answers mean, and the words in which a helpdesk or a firewall team is told.
//
// It never logs in anywhere, never runs a script that chooses proxies, never follows a redirect, sends nothing over a TLS
// connection whose other end it only looks at, and keeps neither a connection nor an answer. What can not be decided is said to
// be so: see [netcheck.NetNotTested]. Ways to servers come from package dial.
package webprobe

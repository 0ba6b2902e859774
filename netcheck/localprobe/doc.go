// Package localprobe finds out what this computer itself brings along for a call: interfaces, addresses and default routes, a VPN,
// the addresses of servers by its name servers, IPv6 and NAT64. Each probe makes one [netcheck.NetResult].
//
// It owns what is read from the system, what is asked for that, and the words in which a helpdesk is told.
//
// It changes no setting, binds no socket to an interface that was not asked for, sends nothing but questions to name servers and
// to STUN servers that were given, and judges nothing beyond its own facts. What can not be decided is said to be so: see
// [netcheck.NetNotTested].
package localprobe

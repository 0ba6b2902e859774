// Package netns builds small networks of Linux network namespaces from a description, runs programs in them and removes all of it.
//
// It owns the names of the namespaces, the processes that it starts in them, and the removal of both, also of what an earlier
// process left behind when it was killed. It knows nothing of NATs or of what the programs do: rules are text for iptables-restore.
// It needs root, ip and iptables; [Available] says what is missing.
package netns

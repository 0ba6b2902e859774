// Package middlebox holds what stands in the way in some networks, to be stood in the way of tests and of a lab: an HTTP proxy, a
// box that reads along in TLS, a log-in page that answers in place of the web, and one that never says a word.
//
// Each is started on an address, tells what was asked of it, and is closed; Close waits for all that it started. It owns no name
// or route: how traffic comes to it is the network's matter. It is no part of the program, and nothing here is made to be safe
// against strangers.
package middlebox

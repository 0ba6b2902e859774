// Package accept holds the acceptance tests of the measurement as a whole: engine, loss probe, far end and pion adapter over
// the virtual network of internal/vlab. It has no code of its own.
//
// What is shown: for every probe packet on the srtp carrier the engine's verdict (arrived, lost out, lost back, repeated,
// overtaken) is what the network did to that very packet, by every path over UDP and every mix of address translators that
// lets one through; figures lie within the binomial bound of the configured chance; reordering is no loss of the network
// while the data channel's own loss is shown and explained; delay makes packets late, not lost; a blocked network is told
// within the time promised.
//
// What is not: TCP and TLS relays, IPv6 and the timing of real kernels, which the virtual network does not have.
package accept

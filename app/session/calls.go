package session

import (
	"slices"

	"echopath/netcheck/signaling"
)

// Calls tells whether the host can send pictures of its own: whether there can be a two-way call with it.
func (r *Remote) Calls() bool {
	return slices.Contains(r.mux.Peer().Features, signaling.FeatureCall)
}

package netcheck

// PublicSTUN lists STUN servers that anybody may use, as a default that users can edit. They belong to companies and tell an end
// the address under which the Internet sees it, no more; whoever runs one sees that address and the time. A list sends nothing:
// servers are asked only by the paths of a session that a user has started, after the user's and the host's own, and at most
// maxPublic of them on a path: see [PublicLast].
func PublicSTUN() []ICEServer {
	hosts := []struct {
		name string
		port int
	}{
		{"stun.l.google.com", 19302}, {"stun1.l.google.com", 19302}, {"stun.cloudflare.com", 3478}, {"global.stun.twilio.com", 3478},
		{"stun.nextcloud.com", 3478},
	}
	out := make([]ICEServer, len(hosts))
	for i, h := range hosts {
		out[i] = ICEServer{URL: ServerURL{Scheme: SchemeSTUN, Host: h.name, Port: h.port, Transport: "udp"}, Public: true}
	}
	return out
}

// maxPublic is how many public servers a path asks: one may be down, and a third would tell no more.
const maxPublic = 2

// PublicLast puts the servers that belong to nobody here behind all others, in their order, and keeps the first two of them. The
// schedule has done so for every leg; whoever asks servers outside a session does it too.
func PublicLast(servers []ICEServer) []ICEServer {
	var own, public []ICEServer
	for _, s := range servers {
		switch {
		case !s.Public:
			own = append(own, s)
		case len(public) < maxPublic:
			public = append(public, s)
		}
	}
	return append(own, public...)
}

package dial

// words are how failures speak of the other side of a stream.
type words struct {
	thing     string // what it is
	on443     string // what else could be tried through a proxy
	wrongPort string // advice when something else answers there
	alert     string // advice when it refuses TLS
	cutOff    string // advice when it ends the connection during the handshake

	otherKey       string // a key that was not pinned; takes name, key and issuer
	otherKeyAdvice string
}

// aboutServer speaks of a STUN or TURN server.
var aboutServer = words{
	thing:     "server",
	on443:     "a TURN server",
	wrongPort: "Use the server's TLS port (5349 or 443 by custom), or a turn: address without TLS on this one.",
	alert:     "Ask the server's administrators which TLS versions it accepts and whether a TURN server listens on that port; TLS 1.2 is the least that is offered here.",
	cutOff:    "Check that the server speaks TLS on that port; if it does, ask for TLS to it (ALPN stun.turn) to be exempted from inspection.",
	otherKey: "%s shows another certificate than the pinned one: TLS is being intercepted, or the server changed " +
		"(key seen: %s, issued by %q).",
	otherKeyAdvice: "Ask the server's administrators for its present pin. If it is the one you gave, a firewall reads this connection: ask for an exception for this server.",
}

// aboutHost speaks of another Echopath that hosts.
var aboutHost = words{
	thing:     "host",
	on443:     "a host that listens",
	wrongPort: "Another program answers there. Ask for a new invite: the host may have moved to another address or port.",
	alert:     "Another program may answer there, or something on the way does. Ask for a new invite; TLS 1.2 is the least that is offered here.",
	cutOff:    "Ask whether the host still runs on that port; if it does, ask for TLS to it to be exempted from inspection.",
	otherKey: "%s shows another key than the one in the invite: something on the way (such as a company's inspection) reads TLS, " +
		"or it is another computer (key seen: %s, issued by %q).",
	otherKeyAdvice: "If the issuer is your company or a security program, ask for an exception from TLS inspection for this address. If not, ask for a new invite: " +
		"the host may have a new key, or its address may belong to another computer now.",
}

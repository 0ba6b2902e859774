package webprobe

import "echopath/netcheck"

// Reason codes of this package's probes, beside those of netcheck.
const (
	// ReasonIntercepted: TLS comes about, and not with the server alone: somebody on the way can read along.
	ReasonIntercepted netcheck.ReasonCode = "tls_intercepted"
	// ReasonSuspicious: it looks like ReasonIntercepted, and a server with a certificate of its own company may look the same.
	ReasonSuspicious netcheck.ReasonCode = "tls_suspicious"
	// ReasonPortal: a log-in page, or another page of the network, answers in place of the web.
	ReasonPortal netcheck.ReasonCode = "captive_portal"
	// ReasonClock: this computer's clock is far from a server's.
	ReasonClock netcheck.ReasonCode = "clock_skew"
	// ReasonPAC: the proxy is found by a script, which is not run.
	ReasonPAC netcheck.ReasonCode = "proxy_script"
	// ReasonUndecided: what came back fits more than one cause.
	ReasonUndecided netcheck.ReasonCode = "undecided"
)

// Names of steps, beside those of connecting.
const (
	NetStepHTTP = "http" // a request of HTTP and its answer
	// NetStepCertificate is what a server's certificate says; it is OK if programs accept it. Its Detail holds "in a public log: yes" or "no".
	NetStepCertificate = "certificate"
)

package webprobe

// Names of steps, beside those of connecting.
const (
	NetStepHTTP = "http" // a request of HTTP and its answer
	// NetStepCertificate is what a server's certificate says; it is OK if programs accept it. Its Detail holds "in a public log: yes" or "no".
	NetStepCertificate = "certificate"
)

package turnserver

// Transport is what carries a client's traffic to the server. Between server and peers it is always UDP.
type Transport int

// Transports.
const (
	TransportUnknown Transport = iota
	TransportUDP
	TransportTCP
	TransportTLS
)

// String names the transport as ICE server URLs and result files do: udp, tcp, tls.
func (t Transport) String() string {
	switch t {
	case TransportUDP:
		return "udp"
	case TransportTCP:
		return "tcp"
	case TransportTLS:
		return "tls"
	default:
		return "unknown"
	}
}

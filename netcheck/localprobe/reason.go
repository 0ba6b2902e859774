package localprobe

// Names of steps.
const (
	NetStepRoute4 = "route_ipv4"
	NetStepRoute6 = "route_ipv6"
	NetStepA      = "dns_a"
	NetStepAAAA   = "dns_aaaa"
)

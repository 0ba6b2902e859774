package dial

import (
	"net"
	"strconv"
	"strings"
)

// Bounds of what a system says about its proxies.
const (
	maxScutil     = 64 << 10 // bytes
	maxExceptions = 256
)

// staticSettings makes settings of what Windows keeps: proxies by scheme ("" for all), and exceptions with commas between.
func staticSettings(active bool, protocols map[string]string, exceptions string) settings {
	var s settings
	if !active {
		return s
	}
	s.proxy = strings.TrimSpace(protocols["https"])
	if s.proxy == "" {
		s.proxy = strings.TrimSpace(protocols[""])
	}
	for pattern := range strings.FieldsFuncSeq(exceptions, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		if len(s.exceptions) == maxExceptions {
			break
		}
		s.exceptions = append(s.exceptions, pattern)
	}
	return s
}

// parseScutil reads the output of scutil --proxy: a dictionary of "Key : value" lines. Dictionaries of single interfaces
// (__SCOPED__) are passed over, as they are for connections that are bound to none.
func parseScutil(out string) settings {
	values, exceptions := scutilValues(out[:min(len(out), maxScutil)])
	var s settings
	if values["HTTPSEnable"] == "1" && values["HTTPSProxy"] != "" {
		port := values["HTTPSPort"]
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			port = "80"
		}
		s.proxy = "http://" + net.JoinHostPort(strings.Trim(values["HTTPSProxy"], "[]"), port)
	}
	s.exceptions = exceptions
	if values["ExcludeSimpleHostnames"] == "1" {
		s.exceptions = append(s.exceptions, "<local>")
	}
	if values["ProxyAutoConfigEnable"] == "1" {
		s.script = values["ProxyAutoConfigURLString"]
	}
	return s
}

// scutilValues gives the plain values of the outermost dictionary, and its list of exceptions.
func scutilValues(out string) (values map[string]string, exceptions []string) {
	values = map[string]string{}
	var within []string // the keys of the dictionaries and lists that a line is in
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if line == "}" {
			if len(within) > 0 {
				within = within[:len(within)-1]
			}
			continue
		}
		key, value, _ := strings.Cut(line, " : ")
		switch {
		case strings.HasSuffix(line, "{"):
			within = append(within, key)
		case len(within) == 1:
			values[key] = value
		case len(within) == 2 && within[1] == "ExceptionsList" && len(exceptions) < maxExceptions:
			exceptions = append(exceptions, value)
		}
	}
	return values, exceptions
}

package model

import (
	"fmt"
	"slices"
	"strings"

	"echopath/netcheck"
)

// publicRemark marks the servers of the public list where they are typed.
const publicRemark = "# public"

// PublicSTUN is the list of public STUN servers as it would be typed, each marked as public.
func PublicSTUN() string {
	var lines []string
	for _, s := range netcheck.PublicSTUN() {
		lines = append(lines, s.URL.String()+"  "+publicRemark)
	}
	return strings.Join(lines, "\n")
}

// MarkPublic puts the remark behind the addresses of public servers, one a line, where it is missing.
func MarkPublic(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if u, err := netcheck.ParseServerURL(strings.TrimSpace(line)); err == nil && isPublic(u) {
			lines[i] = strings.TrimSpace(line) + "  " + publicRemark
		}
	}
	return strings.Join(lines, "\n")
}

// WithPublic adds the public servers to a list of addresses, one a line, that are not in it yet.
func WithPublic(text string) string {
	out := strings.TrimRight(text, "\n ")
	for line := range strings.SplitSeq(PublicSTUN(), "\n") {
		if address, _, _ := strings.Cut(line, " "); !strings.Contains(out, address) {
			out += "\n" + line
		}
	}
	return strings.TrimLeft(out, "\n")
}

// ReadSTUN reads outside STUN servers, one a line, those of the public list marked as such, and says in a sentence what is wrong with the
// first line that can not be used. The others are given all the same.
func ReadSTUN(text string) (out []netcheck.ICEServer, problem string) {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		u, why := readURL(line)
		if why == "" && u.Scheme != netcheck.SchemeSTUN {
			why = "only STUN servers have a use here; write for example stun:stun.example.com:3478"
		}
		switch {
		case why == "":
			out = append(out, netcheck.ICEServer{URL: u, Public: isPublic(u)})
		case problem == "":
			problem = fmt.Sprintf("Line %d can not be used: %s.", n, why)
		}
	}
	return out, problem
}

// OutsideSTUN are the servers by which this computer may be found as a guest that comes by copy and paste. Nothing is sent to them before
// it does.
func (f Form) OutsideSTUN() []netcheck.ICEServer {
	out, _ := ReadSTUN(f.STUN)
	return out
}

func isPublic(u netcheck.ServerURL) bool {
	return slices.ContainsFunc(netcheck.PublicSTUN(), func(s netcheck.ICEServer) bool { return s.URL == u })
}

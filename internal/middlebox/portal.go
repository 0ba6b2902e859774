package middlebox

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Portal answers every request of plain HTTP in the same way, whatever host it is for: as a captive portal that leads to its
// log-in page, as the server that a portal's test asks, or as a server whose clock is wrong. Its fields are set before Start.
type Portal struct {
	server

	Status   int              // 302 if Location is set, 204 without Body, or else 200, if 0
	Location string           // the log-in page
	Body     string           // what it answers
	Now      func() time.Time // its clock, for the field Date; nil = time.Now
	NoDate   bool             // it has no clock
	Silent   bool             // it takes requests and answers none
}

// Start listens on addr, host:port; port 0 takes a free one.
func (p *Portal) Start(addr string) error { return p.start(addr, p.serve) }

func (p *Portal) serve(_ context.Context, conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_ = request.Body.Close()
		p.note(request.Method + " " + request.Host + request.URL.RequestURI())
		if p.Silent {
			continue
		}
		if _, err := conn.Write([]byte(p.answer())); err != nil || request.Close {
			return
		}
	}
}

func (p *Portal) answer() string {
	status := p.Status
	switch {
	case status != 0:
	case p.Location != "":
		status = http.StatusFound
	case p.Body == "":
		status = http.StatusNoContent
	default:
		status = http.StatusOK
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	if !p.NoDate {
		now := time.Now
		if p.Now != nil {
			now = p.Now
		}
		fmt.Fprintf(&b, "Date: %s\r\n", now().UTC().Format(http.TimeFormat))
	}
	if p.Location != "" {
		fmt.Fprintf(&b, "Location: %s\r\n", p.Location)
	}
	if status != http.StatusNoContent {
		fmt.Fprintf(&b, "Content-Type: text/html\r\nContent-Length: %d\r\n", len(p.Body))
	}
	return b.String() + "\r\n" + p.Body
}

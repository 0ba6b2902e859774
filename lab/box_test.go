package lab

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"

	"echopath/internal/middlebox"
)

// helpBox KIND LISTEN ... is something that stands in the way until it is ended:
//
//	page LISTEN               a page of the web that answers with status 204, as a portal's test asks for
//	login LISTEN PAGE         a portal that leads everybody to its log-in page
//	reader LISTEN SERVER CA   it reads along in TLS to one server, and leaves its authority in the file CA
//	proxy LISTEN CA           an HTTP proxy that leads to port 443 alone and reads along there
//	mute LISTEN               it accepts connections and never answers
func helpBox(ctx context.Context, args []string, out io.Writer) error {
	box, err := newBox(args[0], args[2:])
	if err != nil {
		return err
	}
	if err := box.Start(args[1]); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, `{"listening":true}`); err != nil {
		return err
	}
	<-ctx.Done()
	return box.Close()
}

type box interface {
	Start(addr string) error
	Close() error
}

func newBox(kind string, args []string) (box, error) {
	switch kind {
	case "page":
		return &middlebox.Portal{}, nil
	case "login":
		return &middlebox.Portal{Location: args[0]}, nil
	case "reader":
		ca, err := authority(args[1])
		return &middlebox.Interceptor{Authority: ca, Server: args[0]}, err
	case "proxy":
		ca, err := authority(args[0])
		only443 := func(hostport string) bool {
			_, port, err := net.SplitHostPort(hostport)
			return err == nil && port == "443"
		}
		return &middlebox.Proxy{Allow: only443, Interceptor: &middlebox.Interceptor{Authority: ca}}, err
	case "mute":
		return &middlebox.Mute{}, nil
	}
	return nil, fmt.Errorf("no box %q", kind)
}

// authority makes one and leaves its certificate in a file.
func authority(file string) (*middlebox.Authority, error) {
	ca, err := middlebox.NewAuthority("Lab Inspection CA")
	if err != nil {
		return nil, err
	}
	return ca, os.WriteFile(file, ca.PEM(), 0o600)
}

// box starts one and waits until it listens.
func (w *world) box(node string, args ...string) {
	w.t.Helper()
	p := w.helper(node, "box", args...)
	if _, err := p.Await(w.ctx, 0, func(line []byte) bool { return bytes.Contains(line, []byte("listening")) }); err != nil {
		w.t.Fatalf("%v\n%s", err, p.Trouble())
	}
}

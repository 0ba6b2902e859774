package web

import (
	"context"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// socket makes a WebSocket, and makes sure that it carries something both ways: some proxies answer 101 and let nothing through.
func (d *dialing) socket(ctx context.Context, r *reached) (*socket, error) {
	conn, err := r.connection(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, upgradeTime)
	defer cancel()
	ws, err := upgrade(ctx, r.origin, conn)
	if err != nil {
		hardClose(conn)
		return nil, err
	}
	s := newSocket(ws, conn, defaultTiming)
	probe, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)() // a connection that is cut answers no ping
	if err := s.conn.Ping(probe); err != nil {
		s.stop(errBroken) // a farewell would wait for nothing
		_ = s.Close()
		return nil, swallowed(ctx, err)
	}
	return s, nil
}

func upgrade(ctx context.Context, o origin, conn net.Conn) (*websocket.Conn, error) {
	watched := &answerWatcher{client: newHTTPConn(conn)}
	ws, resp, err := websocket.Dial(ctx, o.url(pathSocket), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: watched, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		HTTPHeader: http.Header{"User-Agent": {"echopath"}}, CompressionMode: websocket.CompressionDisabled,
	})
	switch {
	case err == nil:
		return ws, nil
	case !watched.answered:
		return nil, noHTTP(ctx, err)
	case resp != nil && resp.StatusCode != http.StatusSwitchingProtocols:
		return nil, answered(ctx, conn, resp)
	}
	return nil, swallowed(ctx, err)
}

// answerWatcher knows whether an answer came.
type answerWatcher struct {
	client   *httpConn
	answered bool
}

// RoundTrip implements http.RoundTripper.
func (w *answerWatcher) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.client.RoundTrip(req)
	w.answered = err == nil
	return resp, err
}

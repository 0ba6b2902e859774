package web

import (
	"io"
	"log"
	"net/http"
	"time"
)

// NewServer makes an HTTP/1.1 server with the limits that keep slow clients off. Wires outlive them: their streams set their own
// deadlines. It logs nothing, since what clients do wrong would fill a log.
func NewServer(h http.Handler) *http.Server {
	only1 := new(http.Protocols)
	only1.SetHTTP1(true) // WebSocket needs it
	return &http.Server{
		Handler:           h,
		Protocols:         only1,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      45 * time.Second, // a POST may wait for 15 s
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}

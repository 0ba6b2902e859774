// Package serverlist reads and writes lists of STUN and TURN servers as files that people pass on.
//
// The form is the RTCConfiguration of WebRTC (W3C, section 4.2.1) as JSON, so that what a web application has can be read, and what is
// written can be used there; a plain list of URLs, one a line, is read too. Certificate pins are a field of this program's own.
//
// It owns that form and its bounds. It never opens a file, asks no server, and writes a password only when it is told to.
package serverlist

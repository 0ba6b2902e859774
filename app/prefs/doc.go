// Package prefs keeps what the window remembers between two starts of the program, in one file, settings.json, in a folder that
// the caller names (see [DefaultDir]).
//
// It owns the form of that file, the limits of every value in it, and what happens when the file is damaged: whatever it
// holds, Load gives settings that can be used, says in plain words what it left out, and loses nothing (a file that can not be
// understood is put aside under another name).
//
// It never stores a password, a shared secret or the text of a certificate, and of server addresses only those that are
// whole, since half-typed ones may hold a password. It never shows anything, starts no goroutine and opens no socket.
package prefs

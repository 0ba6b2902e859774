// Package view puts the state of package model on the screen: one file a screen, and the frame around them (rail, menu, status
// bar).
//
// It owns where things stand, which control does what, and which key. It holds no logic: what a control may be given, what a
// text says and what a figure is come from package model; what an action does to the world (start, write, open) goes out through
// Deps. It starts no goroutine, opens no file and no socket, and everything in it belongs to the goroutine that draws.
package view

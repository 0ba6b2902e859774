// Package app is the application on top of the engine. Its front ends (package cli today) turn what a person asks for into a
// plan, have package session run it, and show what came out. Nothing below this folder knows of it.
package app

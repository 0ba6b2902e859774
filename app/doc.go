// Package app is the application on top of the engine. Its front ends (package cli in the terminal, package desktop with the
// window) turn what a person asks for into a plan, have package session run it, and show what came out, in the words of package
// present. Nothing below this folder knows of it.
package app

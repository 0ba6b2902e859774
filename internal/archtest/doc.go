// Package archtest holds the packages of this module to the rules of who may import whom (ARCHITECTURE.md, "The house"). It has
// nothing but a test, and stands apart from the program so that the test needs neither Fyne nor a display.
package archtest

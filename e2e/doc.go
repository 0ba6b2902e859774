// Package e2e drives the built program from outside, as a person would: its window on an X server of its own that draws into memory,
// keys and clicks by xdotool, and what is on the screen, in the files and in the clipboard afterwards.
//
// It has nothing but tests. They run the program that ECHOPATH_PROGRAM names, and skip, with the reason, where that or a tool is
// missing. What the window is doing they read from the file that ECHOPATH_STATS makes the program write (app/desktop/stats.go);
// every wait is for a condition, with a deadline.
//
// Measurements and the soak run only with ECHOPATH_PERF=1, screenshots for people only with ECHOPATH_SHOTS=FOLDER.
package e2e

package desktop

import "golang.org/x/sys/unix"

// drawingNice is how much the drawing gives way to the measurement where processors are scarce: with software OpenGL a redraw
// keeps a core busy for tens of milliseconds, and a packet that is sent late says something about this computer only.
const drawingNice = 5

// yieldToMeasurement lowers the priority of the thread that draws, and with it that of the threads which the graphics driver
// will start from it. Go's own threads are not among them: a goroutine that is locked to its thread, as Fyne's is, has new ones
// started by another. What can not be had is done without.
func yieldToMeasurement() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, drawingNice) // 0: the calling thread, on Linux
}

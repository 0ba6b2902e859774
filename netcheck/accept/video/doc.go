// Package video holds the acceptance tests of the video echo as a whole: engine, video probe, far end and pion adapter over the
// virtual network of internal/vlab. It has no code of its own.
//
// What is shown: on a clean network every picture comes back once, by every path over UDP; with loss nearly all of them come
// back, without standing still; when a way gets narrow the sender keeps to it, also when it is the way back; and what is
// reported as lost before repair, as sent and as received is what the network's log says.
//
// What is not: what a picture costs and how long it takes, since this runs beside other tests; real networks and kernels.
//
// Figures that depend on how busy the computer is are logged with what is wanted of them, and fail the test only where they are
// so far off that no computer can be at fault.
package video

//go:build !linux

package desktop

// yieldToMeasurement does nothing: elsewhere priorities belong to processes.
func yieldToMeasurement() {}

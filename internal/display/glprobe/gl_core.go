//go:build (!gles && !arm && !arm64) || darwin

package glprobe

import (
	"github.com/go-gl/gl/v2.1/gl"
	"github.com/go-gl/glfw/v3.4/glfw"
)

func hintContext() {
	glfw.WindowHint(glfw.ContextVersionMajor, 2)
	glfw.WindowHint(glfw.ContextVersionMinor, 1)
	glfw.WindowHint(glfw.CocoaGraphicsSwitching, glfw.True)
}

func initGL() error { return gl.Init() }

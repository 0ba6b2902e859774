//go:build (x11 && wayland) || (!x11 && !wayland)

package glprobe

/*
#cgo pkg-config: wayland-client
#include <string.h>
#include <wayland-client.h>

static void probe_global(void *found, struct wl_registry *registry, uint32_t name, const char *interface, uint32_t version) {
	if (strcmp(interface, "zxdg_decoration_manager_v1") == 0) *(int *)found = 1;
}

static void probe_global_remove(void *found, struct wl_registry *registry, uint32_t name) {}

static const struct wl_registry_listener probe_listener = { probe_global, probe_global_remove };

// 1: the compositor can draw the borders of windows, 0: it can not, -1: there is none.
static int probe_wayland_draws_borders() {
	struct wl_display *display = wl_display_connect(NULL);
	if (display == NULL) return -1;
	int found = 0;
	struct wl_registry *registry = wl_display_get_registry(display);
	wl_registry_add_listener(registry, &probe_listener, &found);
	wl_display_roundtrip(display);
	wl_registry_destroy(registry);
	wl_display_disconnect(display);
	return found;
}
*/
import "C"

import (
	"os"

	"github.com/go-gl/glfw/v3.4/glfw"
)

// choosePlatform forces X11 or Wayland in the cases in which Fyne does (forcePlatform); otherwise GLFW chooses.
func choosePlatform() {
	switch os.Getenv("FYNE_PLATFORM") {
	case "x11":
		glfw.InitHint(glfw.PlatformHint, int(glfw.PlatformX11))
		return
	case "wayland":
		glfw.InitHint(glfw.PlatformHint, int(glfw.PlatformWayland))
		return
	}
	if os.Getenv("WAYLAND_DISPLAY") == "" || os.Getenv("DISPLAY") == "" {
		return
	}
	if C.probe_wayland_draws_borders() == 0 {
		glfw.InitHint(glfw.PlatformHint, int(glfw.PlatformX11)) // windows without borders are worse than XWayland
	}
}

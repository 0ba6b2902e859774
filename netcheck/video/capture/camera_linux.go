//go:build cgo

package capture

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/pion/mediadevices/pkg/driver"
	drivers "github.com/pion/mediadevices/pkg/driver/camera"
)

// rescan looks for cameras that were plugged in since the program began. The driver forgets all of them before it does, so it must not
// while one is in use.
func rescan() {
	list := driver.GetManager().Query(driver.FilterVideoRecorder())
	if !slices.ContainsFunc(list, func(d driver.Driver) bool { return d.Status() != driver.StateClosed }) {
		drivers.Initialize()
	}
}

// hasNoPictures tells of the second node that a USB camera has, for what it knows about its pictures. One that can not be looked into
// is kept: opening it tells why.
func hasNoPictures(d driver.Driver) bool {
	if d.Status() != driver.StateClosed || d.Open() != nil {
		return false
	}
	none := len(d.Properties()) == 0
	return d.Close() == nil && none
}

// advice names the group that may use the camera, or a way to find who does.
func advice(label string, err error) string {
	_, node, ok := strings.Cut(label, drivers.LabelSeparator)
	if !ok {
		return ""
	}
	node = filepath.Join("/dev", filepath.Base(node))
	switch {
	case errors.Is(err, errBusy):
		return fmt.Sprintf("Close the program that uses it (a browser, a call), then try again. \"fuser %s\" tells which one it is.", node)
	case errors.Is(err, errDenied):
		group := groupOf(node)
		return fmt.Sprintf("%s belongs to the group %s: run \"sudo usermod -aG %s $USER\", log out and in again, then try again. In a container, hand the device in.", node, group, group)
	}
	return ""
}

// groupOf is the group of the file at path, by name if it has one; video is what distributions give cameras to.
func groupOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "video"
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "video"
	}
	id := strconv.FormatUint(uint64(stat.Gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}

// Package assets holds the files that the program carries along: today its icon. It hands out bytes and knows no user interface.
package assets

import (
	_ "embed"
	"slices"
)

//go:generate go run ./drawicon -svg icon.svg -png icon.png

//go:embed icon.png
var icon []byte

// Icon returns the program's icon, a PNG of 512 x 512 pixels.
func Icon() []byte { return slices.Clone(icon) }

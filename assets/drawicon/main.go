// Command drawicon draws the program's icon, from one description, as SVG for whoever wants to look or print and as PNG for Fyne,
// which takes nothing else for packages: go generate ./assets. With -size it draws a PNG of that size instead, to be looked at.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image/png"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	svg := flag.String("svg", "", "write SVG to this `file`")
	file := flag.String("png", "", "write PNG to this `file`")
	size := flag.Int("size", viewBox, "pixels of the PNG's side")
	flag.Parse()
	if err := run(*svg, *file, *size); err != nil {
		log.Fatalf("drawicon: %v", err)
	}
}

func run(svgFile, pngFile string, size int) error {
	if svgFile != "" {
		if err := os.WriteFile(svgFile, []byte(drawSVG(icon())), 0o644); err != nil {
			return fmt.Errorf("write SVG: %w", err)
		}
	}
	if pngFile == "" {
		return nil
	}
	encoded := new(bytes.Buffer)
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(encoded, drawImage(icon(), size)); err != nil {
		return fmt.Errorf("encode PNG: %w", err)
	}
	if err := os.WriteFile(pngFile, encoded.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write PNG: %w", err)
	}
	return nil
}

//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "torture: it stops, kills and mounts as Linux does; there is no form for other systems")
	os.Exit(2)
}

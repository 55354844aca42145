//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr,
		"bench: it reads processor time and memory from Linux's /proc; there is no form for other systems")
	os.Exit(2)
}

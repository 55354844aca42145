package main

import _ "embed"

// exampleConfig loads to DefaultConfig; a test holds it to that.
//
//go:embed config.example.yaml
var exampleConfig string

package catalogues_test

import (
	"os"
	"testing"

	"rivgate/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var open, sqlite = storetest.OpenAt, storetest.SQLite

// Relays one direction of connections as Go does it: reads two addresses a line, dials both, and copies from the first
// to the second.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
)

func main() {
	var source, sink string
	for {
		if _, err := fmt.Scanln(&source, &sink); err != nil {
			return
		}
		if err := relay(source, sink); err != nil {
			log.Fatal(err)
		}
	}
}

func relay(source, sink string) error {
	src, err := net.Dial("tcp", source)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := net.Dial("tcp", sink)
	if err != nil {
		return err
	}
	defer dst.Close()
	_, err = io.Copy(dst, src)
	return err
}

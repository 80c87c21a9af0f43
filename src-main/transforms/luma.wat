;; `luma` of picture.ts, four pixels at a time: L = (19595·R + 38470·G + 7471·B + 2¹⁵) >> 16.
(module
  (memory (export "memory") 16)

  ;; Reads pixels of three bytes from $source up to $end, and writes a byte of each from $target on. Does four pixels at least, and reaches 4 bytes beyond them.
  (func (export "luma") (param $source i32) (param $end i32) (param $target i32)
    (loop $fourPixels
      (v128.store32_lane align=1 0
        (local.get $target)
        (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s
              (i32x4.add
                (i32x4.add
                  (i32x4.add
                    ;; Of each pixel one byte, as 32 bits: byte 16 is the first of the zeros.
                    (i32x4.mul
                      (i8x16.shuffle 0 16 16 16 3 16 16 16 6 16 16 16 9 16 16 16
                        (v128.load align=1 (local.get $source))
                        (i32x4.splat (i32.const 0)))
                      (i32x4.splat (i32.const 19595)))
                    (i32x4.mul
                      (i8x16.shuffle 1 16 16 16 4 16 16 16 7 16 16 16 10 16 16 16
                        (v128.load align=1 (local.get $source))
                        (i32x4.splat (i32.const 0)))
                      (i32x4.splat (i32.const 38470))))
                  (i32x4.mul
                    (i8x16.shuffle 2 16 16 16 5 16 16 16 8 16 16 16 11 16 16 16
                      (v128.load align=1 (local.get $source))
                      (i32x4.splat (i32.const 0)))
                    (i32x4.splat (i32.const 7471))))
                (i32x4.splat (i32.const 0x8000)))
              (i32.const 16))
            (i32x4.splat (i32.const 0)))
          (i32x4.splat (i32.const 0))))
      (local.set $target (i32.add (local.get $target) (i32.const 4)))
      (local.set $source (i32.add (local.get $source) (i32.const 12)))
      (br_if $fourPixels (i32.lt_u (local.get $source) (local.get $end))))))

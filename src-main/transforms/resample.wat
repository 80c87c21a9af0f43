;; The passes of resample.ts over vectors of 128 bits.
;;
;; Each function reads a table at address 0. It begins with an entry of three words for each output: where its first tap lies, and the addresses at which its
;; weights begin and end. All weights follow. A weight has 22 bits after the point, so a sum begins with the half, 2²¹, and is shifted by 22.
;; Each loop runs at least once. Vectors are read, and columns' are written, beyond the last byte that is asked for.
(module
  (memory (export "memory") 128)

  ;; Along the rows of a picture in colour. Rows of $stride bytes are read from $source up to $end; of each output three bytes are written from $target on.
  ;; The first tap is in bytes from the row's begin. Two taps share a word: 16 bits of each one's upper half of the weight, then a word of the lower halves,
  ;; since products of 16 bits go twice as fast. The two sums meet at the end: upper · 2¹¹ + lower.
  (func (export "rows3") (param $source i32) (param $end i32) (param $target i32) (param $stride i32) (param $tableEnd i32)
    (local $entry i32) (local $pixel i32) (local $weight i32) (local $weightEnd i32)
    (local $lower v128) (local $upper v128) (local $taps v128)
    (loop $row
      (local.set $entry (i32.const 0))
      (loop $output
        (local.set $pixel (i32.add (i32.load align=1 (local.get $entry)) (local.get $source)))
        (local.set $weight (i32.load offset=4 align=1 (local.get $entry)))
        (local.set $weightEnd (i32.load offset=8 align=1 (local.get $entry)))
        (local.set $lower (i32x4.splat (i32.const 0x200000)))
        (local.set $upper (i32x4.splat (i32.const 0)))
        (loop $twoTaps
          ;; r0 r1 g0 g1 b0 b1 in 16 bits each, from r0 g0 b0 r1 g1 b1; byte 16 is the first of the zeros.
          (local.set $taps
            (i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
              (v128.load align=1 (local.get $pixel))
              (i32x4.splat (i32.const 0))))
          (local.set $upper
            (i32x4.add
              (i32x4.dot_i16x8_s (local.get $taps) (v128.load32_splat align=1 (local.get $weight)))
              (local.get $upper)))
          (local.set $lower
            (i32x4.add
              (i32x4.dot_i16x8_s (local.get $taps) (v128.load32_splat offset=4 align=1 (local.get $weight)))
              (local.get $lower)))
          (local.set $pixel (i32.add (local.get $pixel) (i32.const 6)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 8)))
          (br_if $twoTaps (i32.lt_u (local.get $weight) (local.get $weightEnd))))
        ;; The fourth byte is the next output's, or lies behind the last one.
        (v128.store32_lane align=1 0
          (local.get $target)
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $upper) (i32.const 11)) (local.get $lower)) (i32.const 22))
              (i32x4.splat (i32.const 0)))
            (i32x4.splat (i32.const 0))))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 12)))
        (br_if $output (i32.lt_u (local.get $entry) (local.get $tableEnd))))
      (local.set $source (i32.add (local.get $source) (local.get $stride)))
      (br_if $row (i32.lt_u (local.get $source) (local.get $end)))))

  ;; The same in gray: one byte an output, and weights in fours.
  (func (export "rows1") (param $source i32) (param $end i32) (param $target i32) (param $stride i32) (param $tableEnd i32)
    (local $entry i32) (local $pixel i32) (local $weight i32) (local $weightEnd i32)
    (local $sums v128)
    (loop $row
      (local.set $entry (i32.const 0))
      (loop $output
        (local.set $pixel (i32.add (i32.load align=1 (local.get $entry)) (local.get $source)))
        (local.set $weight (i32.load offset=4 align=1 (local.get $entry)))
        (local.set $weightEnd (i32.load offset=8 align=1 (local.get $entry)))
        (local.set $sums (i32x4.splat (i32.const 0)))
        (loop $fourTaps
          (local.set $sums
            (i32x4.add
              (i32x4.mul
                (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero align=1 (local.get $pixel))))
                (v128.load align=1 (local.get $weight)))
              (local.get $sums)))
          (local.set $pixel (i32.add (local.get $pixel) (i32.const 4)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 16)))
          (br_if $fourTaps (i32.lt_u (local.get $weight) (local.get $weightEnd))))
        ;; Four sums become one: the vector turned by two lanes is added, then turned by one.
        (local.set $sums
          (i32x4.add
            (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $sums) (local.get $sums))
            (local.get $sums)))
        (local.set $sums
          (i32x4.add
            (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $sums) (local.get $sums))
            (local.get $sums)))
        (v128.store32_lane align=1 0
          (local.get $target)
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (i32x4.add (local.get $sums) (i32x4.splat (i32.const 0x200000))) (i32.const 22))
              (i32x4.splat (i32.const 0)))
            (i32x4.splat (i32.const 0))))
        (local.set $target (i32.add (local.get $target) (i32.const 1)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 12)))
        (br_if $output (i32.lt_u (local.get $entry) (local.get $tableEnd))))
      (local.set $source (i32.add (local.get $source) (local.get $stride)))
      (br_if $row (i32.lt_u (local.get $source) (local.get $end)))))

  ;; Along columns, of any number of channels: 16 bytes of an output's row at a time, each with a sum of its own. Rows are $stride bytes, in $source as in
  ;; $target. The first tap is the number of a row, and each weight is one word.
  (func (export "columns") (param $source i32) (param $target i32) (param $stride i32) (param $tableEnd i32)
    (local $entry i32) (local $x i32) (local $pixel i32) (local $weight i32) (local $weightEnd i32)
    (local $sums0 v128) (local $sums1 v128) (local $sums2 v128) (local $sums3 v128) (local $bytes v128) (local $words v128) (local $factor v128)
    (local.set $entry (i32.const 0))
    (loop $output
      (local.set $x (i32.const 0))
      (loop $sixteenBytes
        ;; source + first tap · stride + x
        (local.set $pixel
          (i32.add
            (i32.add (i32.mul (i32.load align=1 (local.get $entry)) (local.get $stride)) (local.get $x))
            (local.get $source)))
        (local.set $weight (i32.load offset=4 align=1 (local.get $entry)))
        (local.set $weightEnd (i32.load offset=8 align=1 (local.get $entry)))
        (local.set $sums0 (i32x4.splat (i32.const 0x200000)))
        (local.set $sums1 (i32x4.splat (i32.const 0x200000)))
        (local.set $sums2 (i32x4.splat (i32.const 0x200000)))
        (local.set $sums3 (i32x4.splat (i32.const 0x200000)))
        (loop $tap
          (local.set $bytes (v128.load align=1 (local.get $pixel)))
          (local.set $factor (v128.load32_splat align=1 (local.get $weight)))
          (local.set $words (i16x8.extend_low_i8x16_u (local.get $bytes)))
          (local.set $sums0 (i32x4.add (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $words)) (local.get $factor)) (local.get $sums0)))
          (local.set $sums1 (i32x4.add (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $words)) (local.get $factor)) (local.get $sums1)))
          (local.set $words (i16x8.extend_high_i8x16_u (local.get $bytes)))
          (local.set $sums2 (i32x4.add (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $words)) (local.get $factor)) (local.get $sums2)))
          (local.set $sums3 (i32x4.add (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $words)) (local.get $factor)) (local.get $sums3)))
          (local.set $pixel (i32.add (local.get $pixel) (local.get $stride)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $tap (i32.lt_u (local.get $weight) (local.get $weightEnd))))
        (v128.store align=1
          (i32.add (local.get $target) (local.get $x))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $sums0) (i32.const 22))
              (i32x4.shr_s (local.get $sums1) (i32.const 22)))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $sums2) (i32.const 22))
              (i32x4.shr_s (local.get $sums3) (i32.const 22)))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (br_if $sixteenBytes (i32.lt_u (local.get $x) (local.get $stride))))
      (local.set $target (i32.add (local.get $target) (local.get $stride)))
      (local.set $entry (i32.add (local.get $entry) (i32.const 12)))
      (br_if $output (i32.lt_u (local.get $entry) (local.get $tableEnd))))))

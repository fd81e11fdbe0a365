import React from "react";
import { AbsoluteFill, interpolate, useCurrentFrame, useVideoConfig } from "remotion";

const clamp = { extrapolateLeft: "clamp", extrapolateRight: "clamp" };
const sine = (x) => 0.5 - 0.5 * Math.cos(Math.PI * x);

/** The same cards as those of the composition in HTML. */
function cardsOf(width, height) {
  let state = 12345;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const s = height / 720;
  return Array.from({ length: 40 }, (_, index) => ({
    left: Math.round(random() * (width - 110 * s)),
    top: Math.round(random() * (height - 64 * s)),
    dx: Math.round((random() - 0.5) * 600 * s),
    dy: Math.round((random() - 0.5) * 400 * s),
    turn: Math.round((random() - 0.5) * 720),
    hue: index * 9,
    angle: Math.round(random() * 360),
  }));
}

function Glow({ left, top, x, y, colour, p, s }) {
  const look = { borderRadius: "50%", width: 600 * s, height: 600 * s, opacity: 0.6 + 0.4 * p };
  const fill = `radial-gradient(circle, rgba(${colour},.75) 0%, rgba(${colour},0) 70%)`;
  const transform = `translate(${x * p}px, ${y * p}px) scale(${1 + 0.4 * p})`;
  return <div style={{ position: "absolute", left, top, ...look, background: fill, transform }} />;
}

function Card({ card, index, p, turn, s }) {
  const { left, top, dx, dy, hue, angle } = card;
  const size = { left, top, width: 110 * s, height: 64 * s, borderRadius: 12 * s, fontSize: 18 * s };
  const background = `linear-gradient(${angle}deg, hsl(${hue}, 80%, 60%), hsl(${(hue + 60) % 360}, 80%, 45%))`;
  const transform = `translate(${dx * p}px, ${dy * p}px) rotate(${turn}deg) scale(${0.8 + 0.4 * p})`;
  const middle = { display: "flex", alignItems: "center", justifyContent: "center" };
  const boxShadow = `0 ${6 * s}px ${18 * s}px rgba(0,0,0,.35)`;
  const opacity = 0.35 + 0.65 * p;
  return (
    <div
      style={{
        position: "absolute",
        ...size,
        ...middle,
        fontWeight: 700,
        background,
        boxShadow,
        opacity,
        transform,
      }}
    >
      card {index + 1}
    </div>
  );
}

export function Cards() {
  const frame = useCurrentFrame();
  const { fps, width, height, durationInFrames } = useVideoConfig();
  const [t, d, s] = [frame / fps, durationInFrames / fps, height / 720];
  const p = sine(t / (d / 4));
  const cards = React.useMemo(() => cardsOf(width, height), [width, height]);
  const wide = { position: "absolute", left: 0, right: 0, textAlign: "center" };
  const glow = { p, s };
  return (
    <AbsoluteFill
      style={{
        overflow: "hidden",
        color: "#fff",
        fontFamily: '"Liberation Sans", sans-serif',
        background: "linear-gradient(135deg, #0b1020 0%, #1b2a5a 55%, #3a1760 100%)",
      }}
    >
      <Glow {...glow} left={-150 * s} top={-200 * s} x={400 * s} y={200 * s} colour="56,189,248" />
      <Glow
        {...glow}
        left={width - 450 * s}
        top={height - 400 * s}
        x={-400 * s}
        y={-200 * s}
        colour="244,114,182"
      />
      {cards.map((card, index) => (
        <Card key={index} card={card} index={index} p={p} turn={(card.turn * t) / d} s={s} />
      ))}
      <h1
        style={{
          ...wide,
          margin: 0,
          top: height / 2 - 70 * s,
          fontSize: 96 * s,
          fontWeight: 700,
          whiteSpace: "pre",
        }}
      >
        {"HTML to video".split("").map((letter, index) => {
          const q = sine(interpolate(t, [index * 0.1, index * 0.1 + 1], [0, 1], clamp));
          const look = {
            display: "inline-block",
            opacity: q,
            transform: `translateY(${80 * s * (1 - q)}px)`,
          };
          return (
            <span key={index} style={look}>
              {letter === " " ? "\u00a0" : letter}
            </span>
          );
        })}
      </h1>
      <div
        style={{
          ...wide,
          top: height / 2 + 60 * s,
          fontSize: 30 * s,
          opacity: interpolate(t, [2, 3], [0, 1], clamp),
        }}
      >
        rendered frame by frame
      </div>
      <div
        style={{
          position: "absolute",
          left: 0,
          bottom: 0,
          height: 10 * s,
          width,
          background: "linear-gradient(90deg, #22d3ee, #a78bfa, #f472b6)",
          transformOrigin: "0 50%",
          transform: `scaleX(${t / d})`,
        }}
      />
    </AbsoluteFill>
  );
}

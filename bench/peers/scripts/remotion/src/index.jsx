import React from "react";
import { Composition, registerRoot } from "remotion";
import { Cards } from "./cards.jsx";

const Root = () => (
  <Composition
    id="cards"
    component={Cards}
    fps={30}
    defaultProps={{ width: 1280, height: 720, seconds: 10 }}
    calculateMetadata={({ props: { width, height, seconds } }) => ({
      width,
      height,
      durationInFrames: 30 * seconds,
    })}
  />
);
registerRoot(Root);

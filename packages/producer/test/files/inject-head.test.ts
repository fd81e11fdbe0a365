import { describe, expect, it } from "vitest";

import { HEAD_SEARCH_BYTES, headOffset } from "../../src/files/inject-head.ts";

/** `|` marks where the markup belongs. */
function place(marked: string): [found: string, wanted: string] {
  const html = marked.replace("|", "");
  const bytes = Buffer.from(html);
  const at = headOffset(bytes.subarray(0, HEAD_SEARCH_BYTES));
  return [`${bytes.toString("utf8", 0, at)}|${bytes.toString("utf8", at)}`, marked];
}

describe("where markup comes first in a document's head", () => {
  it.each([
    "<!doctype html><html><head>|<title>x</title>",
    "<!DOCTYPE HTML>\n<HTML LANG=en>\n<HEAD\tid=a>|<title>x</title>",
    "<head>|",
    "<head/>|<title>",
    "<html><head data-a='>' data-b=\"<head>\" data-c=>|<title>",
    '<html data-x="a > b" lang=en ><head>|',
    "<html a = '>' ><head b=x=\"y>|z\">",
    '<html "a"><head>|',
    '<html ="><head>|',
    "<html/><head>|",
    "<!-- <head> --><!doctype html><!-- > --><html><!----><!--><!---><head>|",
    "<!-- a --!><head>|",
    "<?xml version='1.0'?><!whatever><html><head>|",
  ])("after the head's start tag: %s", (marked) => {
    const [found, wanted] = place(marked);
    expect(found).toBe(wanted);
  });

  it.each([
    "<!doctype html><html>|<body><head>",
    "<!doctype html><html>|\n<header>x</header>",
    "<html>|<script>'<head>'</script>",
    "<html lang=en>|text<head>",
    "<html>|<!--> this is text --><head>",
    "<html>|</head><head>",
    "<html>|<!-- never closed <head>",
    "<html>|<head data-a='never closed> <head>",
  ])("else after html's: %s", (marked) => {
    const [found, wanted] = place(marked);
    expect(found).toBe(wanted);
  });

  it.each([
    "<!doctype html>|<header>x</header>",
    "<!-- c --> <!doctype html>|\n<title>x</title><head>",
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1.dtd">|<p>',
  ])("else after the doctype: %s", (marked) => {
    const [found, wanted] = place(marked);
    expect(found).toBe(wanted);
  });

  it.each([
    "|",
    "|text",
    "|<p>x</p><head>",
    "|<!-- only a comment -->",
    "\u{feff}|<p>x",
    "|<",
    "|<!doctype",
    "|<htmlx><head>",
  ])("else at the start: %s", (marked) => {
    const [found, wanted] = place(marked);
    expect(found).toBe(wanted);
  });

  it("counts in bytes, after a byte-order mark and letters of several bytes", () => {
    const [found, wanted] = place("\u{feff}<!-- ü🎬 --><html title='é'><head>|<title>ß");
    expect(found).toBe(wanted);
  });

  it("looks no further than its share of the document", () => {
    const filler = `<!--${"x".repeat(HEAD_SEARCH_BYTES)}-->`;
    expect(headOffset(Buffer.from(`<html>${filler}<head>`).subarray(0, HEAD_SEARCH_BYTES))).toBe(
      "<html>".length,
    );
  });

  it.each([
    ["attributes", `<html ${"a='".repeat(21_000)}`],
    ["equals signs", `<html ${'a="" ='.repeat(10_000)}`],
    ["white space", `<html ${" ".repeat(65_000)}x`],
    ["comments", "<!--".repeat(16_000)],
    ["short comments", "<!-->".repeat(13_000)],
    ["doctypes", "<!doctype".repeat(7_000)],
  ])("takes no long time over hostile %s", (_what, html) => {
    const started = performance.now();
    headOffset(Buffer.from(html).subarray(0, HEAD_SEARCH_BYTES));
    expect(performance.now() - started).toBeLessThan(500);
  });
});

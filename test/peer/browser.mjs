// The least of a browser that the client library needs; media does nothing.
//
// Node lacks EventSource and WebRTC. Long intervals are quickened, so that the library refreshes its
// token (every 40 s) within the test.

const QUICKER = 40;

class Events extends EventTarget {
  readyState = 0;
  #stop = new AbortController();

  constructor(url) {
    super();
    void this.#read(url);
  }

  async #read(url) {
    try {
      const answer = await fetch(url, { signal: this.#stop.signal });
      if (!answer.ok || !answer.headers.get('content-type')?.startsWith('text/event-stream'))
        throw new Error(`events: ${answer.status}`);
      this.readyState = 1;
      this.onopen?.();
      await new Promise(setImmediate); // as in browsers: what waits for onopen comes before the events
      let rest = '';
      for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + piece).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) this.#dispatch(block);
      }
      throw new Error('events: ended');
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.readyState = 2;
      this.onerror?.(error);
    }
  }

  #dispatch(block) {
    const name = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data !== undefined) this.dispatchEvent(new MessageEvent(name ?? 'message', { data }));
  }

  close() {
    this.readyState = 2;
    this.#stop.abort();
  }
}

class Peer extends EventTarget {
  connectionState = 'new';
  iceConnectionState = 'new';
  iceGatheringState = 'new';
  signalingState = 'stable';
  addTransceiver(track) {
    const kind = typeof track === 'string' ? track : track.kind;
    return { sender: { replaceTrack: async () => {}, setParameters: async () => {}, setStreams() {},
      getParameters: () => ({ encodings: [] }) }, receiver: { track: { kind } }, direction: 'inactive' };
  }
  createDataChannel = () => Object.assign(new EventTarget(), { readyState: 'connecting', close() {} });
  getTransceivers = () => [];
  getSenders = () => [];
  getReceivers = () => [];
  getStats = async () => new Map();
  createOffer = async () => ({ type: 'offer', sdp: '' });
  setLocalDescription = async () => {};
  setRemoteDescription = async () => {};
  close() {}
}

const setIntervalOfNode = setInterval;
globalThis.setInterval = (fn, ms, ...rest) => setIntervalOfNode(fn, ms > 10000 ? ms / QUICKER : ms, ...rest);
globalThis.EventSource = Events;
globalThis.RTCPeerConnection = Peer;
globalThis.MediaStream = class {
  getTracks = () => [];
};
globalThis.document = { baseURI: 'http://127.0.0.1/webapp/' };
globalThis.location = new URL('http://127.0.0.1/');
globalThis.window = globalThis;

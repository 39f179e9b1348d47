#!/usr/bin/env python3
"""Imago against PyTorch, ONNX Runtime and torchvision, on one machine, in one run: prints a table of ratios.

    pip install torch torchvision onnxruntime onnx safetensors
    python benches/compare.py steps                      networks: training steps and forward passes
    python benches/compare.py pictures DATA              decoding and augmenting, one core
    python benches/compare.py recipe DATA PEER.py        whole trainings; PEER.py is the recipe in PyTorch:
                                                         `python PEER.py cnn|resnet EPOCHS`, one line an epoch

Two threads each (THREADS sets another number). Medians; the two sides take turns, so that a busy machine harms both alike. A
ratio above 1 says that Imago is so many times as fast.
"""
import json, os, re, statistics, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THREADS = int(os.environ.get("THREADS", "2"))


def target_dir():
    meta = subprocess.run(["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT, check=True, capture_output=True)
    return Path(json.loads(meta.stdout)["target_directory"])


def criterion(bench, wanted, env=None):
    """Runs the benchmarks whose id contains `wanted`; returns {id: median seconds}."""
    began = time.time() - 1
    command = ["cargo", "bench", "--quiet", "--bench", bench, "--", wanted]
    environment = {**os.environ, "RAYON_NUM_THREADS": str(THREADS), **(env or {})}
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    medians = {}
    for file in (target_dir() / "criterion").rglob("new/estimates.json"):
        if file.stat().st_mtime >= began:
            name = json.loads((file.parent / "benchmark.json").read_text())["full_id"]
            medians[name] = json.loads(file.read_text())["median"]["point_estimate"] / 1e9
    return medians


def median_seconds(work, at_least=5, seconds=6.0):
    work()
    times = []
    while len(times) < at_least or sum(times) < seconds:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def row(work, peer, ours, theirs, unit="pictures/s"):
    print(f"| {work} | {peer} | {ours:.1f} {unit} | {theirs:.1f} {unit} | {ours / theirs:.2f}× |", flush=True)


def header():
    print("| work | peer | Imago | peer's | ratio |\n|---|---|---|---|---|")


def steps():
    import torch, torch.nn as nn, torch.nn.functional as F, torchvision
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2, self.conv3 = nn.Conv2d(3, 64, 3, stride=2), nn.Conv2d(64, 128, 3), nn.Conv2d(128, 256, 3)
            self.fc1, self.fc2, self.fc3 = nn.Linear(256 * 12 * 12, 256), nn.Linear(256, 128), nn.Linear(128, 2)

        def forward(self, x):
            for conv in (self.conv1, self.conv2, self.conv3):
                x = F.max_pool2d(F.relu(conv(x)), 2)
            return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))

    def train_step(net, n):
        x, y = torch.randn(n, 3, 224, 224), torch.randint(0, 2, (n,))
        optimiser = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9)

        def step():
            optimiser.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimiser.step()
        return step

    header()
    for n in (4, 16, 32):
        theirs = n / median_seconds(train_step(Net(), n))
        ours = n / criterion("steps", f"^cnn step/{n}$")[f"cnn step/{n}"]
        row(f"custom CNN, training step, batch {n}", "PyTorch", ours, theirs)

    resnet = torchvision.models.resnet18().eval()
    with tempfile.TemporaryDirectory() as folder:
        import onnxruntime
        file = os.path.join(folder, "resnet18.onnx")
        torch.onnx.export(resnet, (torch.randn(1, 3, 224, 224),), file, input_names=["x"], dynamo=False,
                          dynamic_axes={"x": {0: "n"}})
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    for n in (1, 16, 32):
        x = torch.randn(n, 3, 224, 224)
        channels_last = torchvision.models.resnet18().to(memory_format=torch.channels_last).eval()
        with torch.no_grad():
            pytorch = n / median_seconds(lambda: resnet(x))
            x_last = x.to(memory_format=torch.channels_last)
            pytorch_last = n / median_seconds(lambda: channels_last(x_last))
        onnx = n / median_seconds(lambda: session.run(None, {"x": x.numpy()}))
        medians = criterion("fused", f"^resnet18 forward.*/{n}$")
        ours = n / next(iter(medians.values()))
        for peer, theirs in (("PyTorch", pytorch), ("PyTorch, channels last", pytorch_last), ("ONNX Runtime", onnx)):
            row(f"ResNet18 forward, batch {n}", peer, ours, theirs)

    theirs = 16 / median_seconds(train_step(torchvision.models.resnet18(), 16))
    ours = 16 / criterion("steps", "^resnet18 step/16$")["resnet18 step/16"]
    row("ResNet18 fine-tuning step, batch 16", "PyTorch", ours, theirs)


def pictures(data):
    import torch
    from torchvision import datasets, transforms
    torch.set_num_threads(1)
    normal = [transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
    crop, flip = transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip()
    peers = {
        "recipe": [crop, flip],
        "strong": [transforms.RandomRotation(30), crop, flip, transforms.ColorJitter(0.4, 0.4, 0.4, 0.1), transforms.GaussianBlur(5)],
    }
    bare = datasets.ImageFolder(os.path.join(data, "train"))

    def rate(images):
        def everything():
            for index in range(len(images)):
                images[index]
        return len(images) / median_seconds(everything, at_least=3)

    env = {"IMAGO_BENCH_DATA": os.path.abspath(data), "RAYON_NUM_THREADS": "1"}
    header()
    for name, steps in peers.items():
        theirs = rate(datasets.ImageFolder(os.path.join(data, "train"), transforms.Compose([*steps, *normal])))
        files = criterion("augment", f"^preset, from files/{name}$", env)[f"preset, from files/{name}"]
        row(f"{name} from files, one core", "torchvision + Pillow", 1 / files, theirs)
        memory = criterion("augment", f"^preset, decoded/{name}$", env)[f"preset, decoded/{name}"]
        row(f"{name} from memory, one core", "torchvision + Pillow from files", 1 / memory, theirs)
    print(f"torchvision, decoding alone: {rate(bare):.1f} pictures/s")


def run_timed(command, env=None):
    """Wall seconds, peak resident bytes of the process and its children, and what it printed."""
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        out.seek(0)
        text = out.read()
    if status != 0:
        sys.exit(f"{command} failed:\n{text}")
    return seconds, usage.ru_maxrss * 1024, text


def recipe(data, peer):
    program = target_dir() / "release" / "imago"
    subprocess.run(["cargo", "build", "--quiet", "--release"], cwd=ROOT, check=True)
    weights = ROOT / "assets" / "resnet18-starter.safetensors"
    env = {"DATA": os.path.abspath(data), "WEIGHTS": str(weights), "FROZEN_BN": "eval"}
    epochs = int(os.environ.get("EPOCHS", "25"))
    header()
    for model, theirs_name in (("resnet18", "resnet"), ("cnn", "cnn")):
        with tempfile.TemporaryDirectory() as folder:
            command = [program, "train", data, "--model", model, "--epochs", str(epochs), "--threads", str(THREADS),
                       "--out", os.path.join(folder, "run")]
            seconds, peak, _ = run_timed([str(part) for part in command])
            summary = json.loads(Path(folder, "run", "summary.json").read_text())
        their_seconds, their_peak, text = run_timed([sys.executable, peer, theirs_name, str(epochs)], env)
        best = re.search(r"best ([\d.]+)", text).group(1)
        print(f"| {model}, {epochs} epochs, whole process | PyTorch | {seconds:.1f} s, {peak >> 20} MB, best {summary['best_val_acc']:.4f} "
              f"| {their_seconds:.1f} s, {their_peak >> 20} MB and workers, best {best} | {their_seconds / seconds:.2f}× |", flush=True)


if __name__ == "__main__":
    commands = {"steps": (steps, 0), "pictures": (pictures, 1), "recipe": (recipe, 2)}
    if len(sys.argv) < 2 or sys.argv[1] not in commands or len(sys.argv) - 2 != commands[sys.argv[1]][1]:
        sys.exit(__doc__)
    commands[sys.argv[1]][0](*sys.argv[2:])

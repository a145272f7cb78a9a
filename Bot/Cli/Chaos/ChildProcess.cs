using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>A copilot or a sandbox as a process of its own, which can be killed.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 40;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string> _heard;
    private bool _disposed;

    private ChildProcess(ProcessStartInfo start, Action<string> heard)
    {
        _heard = heard;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Exited += (_, _) =>
        {
            _address.TrySetResult(null);
            _ended.TrySetResult();
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Task EndedAsync() => _ended.Task;

    /// <summary>Its last lines, for a fault's report.</summary>
    public string Output => string.Join('\n', _output);

    /// <param name="program"><c>Bot</c> or <c>Sandbox</c>.</param>
    /// <param name="heard">Gets each line that it writes.</param>
    public static ChildProcess Start(string program, string folder, IEnumerable<string> arguments, Action<string>? heard = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"BillingCopilot.{program}.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["COLUMNS"] = "400";
        // It does not live long enough for better code to pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return new ChildProcess(start, heard ?? (_ => { }));
    }

    /// <summary>A line to its standard input. One that has ended hears nothing.</summary>
    public void Write(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // Killed meanwhile.
        }
    }

    /// <summary>Where it serves; null when it ended before.</summary>
    public Task<Uri?> AddressAsync(CancellationToken cancellationToken) => _address.Task.WaitAsync(cancellationToken);

    /// <summary>SIGKILL: nothing gets to clean up.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await KillAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        _heard(line);
        _output.Enqueue(line);
        while (_output.Count > LinesKept && _output.TryDequeue(out _))
        {
            // Only the last ones are of interest.
        }

        if (Address().Match(line) is { Success: true } match && (line.Contains("serves on", StringComparison.Ordinal) || line.StartsWith("Sandbox", StringComparison.Ordinal)))
        {
            _address.TrySetResult(new Uri(match.Value));
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}

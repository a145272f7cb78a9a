using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Executor;

/// <summary>Renews a lease in the background while its holder works, so that a slow far side isn't taken for a dead node.</summary>
internal sealed class LeaseRenewal : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <param name="renew">Moves the end of the lease; false when it is lost.</param>
    public LeaseRenewal(Func<CancellationToken, Task<bool>> renew, TimeProvider time, TimeSpan lease) => _loop = LoopAsync(renew, time, lease);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync(Func<CancellationToken, Task<bool>> renew, TimeProvider time, TimeSpan lease)
    {
        using var timer = new PeriodicTimer(lease / 3, time);
        var held = time.GetTimestamp();
        try
        {
            // Not renewed is not lost: until the lease is over, a database that was away for a moment is asked again.
            while (time.GetElapsedTime(held) < lease && await timer.WaitForNextTickAsync(_stop.Token))
            {
                var renewed = await TryRenewAsync(renew);
                if (renewed == false)
                {
                    return;
                }

                held = renewed == true ? time.GetTimestamp() : held;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Null when the database did not answer.</summary>
    private async Task<bool?> TryRenewAsync(Func<CancellationToken, Task<bool>> renew)
    {
        try
        {
            return await renew(_stop.Token);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return null;
        }
    }
}

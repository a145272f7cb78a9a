namespace BillingCopilot.Governance.Executor;

/// <summary>Renews a lease in the background while its holder works, so that a slow far side isn't taken for a dead node.</summary>
internal sealed class LeaseRenewal : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public LeaseRenewal(ExecutionLeases leases, Run run, TimeProvider time, TimeSpan lease) => _loop = LoopAsync(leases, run, time, lease);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync(ExecutionLeases leases, Run run, TimeProvider time, TimeSpan lease)
    {
        using var timer = new PeriodicTimer(lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token) && await leases.RenewAsync(run, _stop.Token))
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or System.Data.Common.DbException)
        {
            // Not renewed is not lost: another node that takes over sends the same key, and completion compares.
        }
    }
}
